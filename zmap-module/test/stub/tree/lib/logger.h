#ifndef STUB_LOGGER_H
#define STUB_LOGGER_H

_Noreturn void log_fatal(const char *name, const char *message, ...);
void log_warn(const char *name, const char *message, ...);

#endif
