"""lab_console.py - the console in an emulated terminal, for the end-to-end tests."""
import os
import sys
import time
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader

import lab

BENCH = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'ptybench')


def load_bench():
    loader = SourceFileLoader('ptybench', BENCH)
    sys.dont_write_bytecode = True
    module = module_from_spec(spec_from_loader('ptybench', loader))
    loader.exec_module(module)
    return module


class Console:
    """The console in an emulated terminal, to be typed at and read."""

    def __init__(self, bench, data, *words, rows=30, cols=100, **more):
        env = lab.env(**{'TERM': 'xterm-256color', 'LANG': 'C.UTF-8', **more})
        self.bench = bench
        self.app = bench.App([lab.BIN, '--data', data, *words], rows, cols, env)

    def text(self):
        return self.app.scr.dump()

    def wait(self, wanted, seconds=15):
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.app.dead():
            if wanted in self.text():
                return True
            self.app.pump(0.02)
        return wanted in self.text()

    def wait_gone(self, unwanted, seconds=15):
        end = time.monotonic() + seconds
        while unwanted in self.text() and time.monotonic() < end and not self.app.dead():
            self.app.pump(0.02)
        return unwanted not in self.text()

    def type(self, keys):
        self.app.send(self.bench.parse_keys(keys), gap=0.05)

    def timed(self, key, wanted_gone):
        """Milliseconds from a key until a text is gone."""
        os.write(self.app.master, key)
        start = time.monotonic()
        while wanted_gone in self.text() and time.monotonic() < start + 2:
            self.app.pump(0.001)
        return (time.monotonic() - start) * 1000

    def ended(self, seconds=15):
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.app.dead():
            self.app.pump(0.05)
        return self.app.dead() and not self.app.termios_diff() and not self.app.term_state()
