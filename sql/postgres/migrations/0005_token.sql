/* 0005_token - by which wish a job was taken, so that whoever did not hear the answer may ask again
 * and is given the same lease. */

ALTER TABLE ap.job_leases ADD COLUMN token uuid;
