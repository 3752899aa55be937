-- $job, $group, $place, $name, $template
INSERT INTO search_groups (job, group_no, place, name, template)
VALUES ($job, $group, $place, $name, $template)
