/* What comes, what is due and what is to be begun, in turns. */
#ifndef CONNECTOR_LOOP_H
#define CONNECTOR_LOOP_H

/* Until all is done. The exit code: 0, 1 when it broke, 2 for a line that is not understood, 3 when it was stopped. */
int loop_run(void);

#endif
