-- $at, $level, $area, $text
INSERT INTO lines (at, level, area, text) VALUES ($at, $level, $area, $text)
