/* From now on this connection is told what others say (ap.tell). */
LISTEN ap
