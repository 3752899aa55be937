#!/usr/bin/python3
"""api_shared.py - the control API of an engine whose record is on a server.

needs: postgres

Broken if this fails: a command by HTTP does not reach a shared record, or its events are lost on the
way through the copy.
"""
import os

import lab
import lab_api
from lab import check
from lab_shared import Server

server = Server(durable=False)
server.make('api')
url = dict(AUTOPILOT_RECORD_URL=server.url('api'))
data = os.path.join(lab.tmp(), 'data')
lab.must(data, 'init', '--sample', '--quiet', **url)
token = lab_api.token(data, 'boss', 'control')
e = lab_api.Engine(data, AUTOPILOT_API_PER_MINUTE=0, **url)
status, o = lab_api.wait_for(lambda: next(
    (got for got in [e.json('GET', '/v1/status', token)]
     if got[0] == 200 and got[1]['record']['reachable'] and got[1]['jobs']), None)) or (0, {})
check('a shared record is read', status == 200 and o['record']['mode'] == 'shared', (status, o))
status, o = e.json('POST', '/v1/jobs/sample/start', token)
check('and commanded', status == 200 and o['changed'], (status, o))
got, last = [], 0
for take in (3, 1, 20, 40):
    s = e.stream(token, Last_Event_ID=last)
    part = s.events(take)
    s.close()
    got += part
    last = part[-1][0]
rows = server.sql('select seq from ap.events where seq <= %d order by seq' % last, 'api').split()
check('its events come in order, each of them', [n for n, _ in got] == [int(n) for n in rows],
      ([n for n, _ in got], rows))
check('the actor is recorded', any(x['kind'] == 'job_start' and x['actor'] == 'api:boss'
                                   for _, x in got), got[:12])
e.end()
server.close()
lab.finish()
