-- $path
SELECT id, prefix FROM root WHERE path = $path;
