/* 0007_confirm - when an operator said that the first letters of a job are well. A job that already
 * sent real mail needs no such word. */

ALTER TABLE ap.automation_process_state ADD COLUMN confirmed_at timestamptz;

UPDATE ap.automation_process_state SET confirmed_at = saved_at
WHERE job IN (SELECT j.id FROM ap.automation_jobs j
              WHERE j.mode = 'smtp' AND j.total_emails_sent > 0);
