-- $schedule, $place (from 1), $specification
INSERT INTO schedule_specifications (schedule, place, specification_id)
VALUES ($schedule, $place, $specification)
