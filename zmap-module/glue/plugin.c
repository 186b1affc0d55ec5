/*
 * The loader: when LD_PRELOAD brings this object into a zmap 2.1.1, it puts our modules into zmap's
 * table before main runs. In any other process it does nothing; in a zmap that it does not know it says
 * why and does nothing.
 */
#define _GNU_SOURCE
#include "plugin.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kept_back.h"
#include "opt_out_file.h"
#include "repairs.h"

/* Modules of zmap's own that nobody who scans for MPTCP will miss in that run. */
#define SLOT_IPV6_SYNSCAN 4 /* ntp */
#define SLOT_SYNSCAN 5	    /* upnp */

static size_t symbol_bytes(const void *address)
{
	Dl_info info;
	ElfW(Sym) *symbol = NULL;
	if (dladdr1(address, &info, (void **)&symbol, RTLD_DL_SYMENT) == 0 || symbol == NULL) {
		return 0;
	}
	return symbol->st_size;
}

static int find_version(struct dl_phdr_info *object, size_t size, void *found)
{
	static const char VERSION[] = "\0" ZMAP_VERSION; /* as a whole string: a NUL on either side */
	(void)size;
	for (int i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
		const void *start = (const void *)(object->dlpi_addr + segment->p_vaddr);
		if (segment->p_type == PT_LOAD && !(segment->p_flags & PF_W) &&
		    memmem(start, segment->p_filesz, VERSION, sizeof VERSION) != NULL) {
			*(bool *)found = true;
		}
	}
	return 1; /* the first object is the program itself */
}

/* NULL when this is the binary whose layout is written down, otherwise why not. */
static const char *why_unknown(void)
{
	bool found = false;
	if (zconf == NULL || probe_modules == NULL || fs_add_string == NULL || fs_add_uint64 == NULL ||
	    fs_add_null == NULL || fs_modify_string == NULL || fs_modify_uint64 == NULL || fs_modify_null == NULL ||
	    blacklist_count_allowed == NULL || log_fatal == NULL || log_info == NULL || log_warn == NULL) {
		return "it does not export the symbols that a plug-in needs";
	}
	if (symbol_bytes(zconf) != ZMAP_ZCONF_BYTES ||
	    symbol_bytes(probe_modules) != ZMAP_PROBE_SLOTS * sizeof probe_modules[0] ||
	    symbol_bytes(probe_modules[0]) != sizeof(struct zmap_probe_module)) {
		return "its structures have other sizes";
	}
	dl_iterate_phdr(find_version, &found);
	return found ? NULL : "it does not call itself " ZMAP_VERSION;
}

_Noreturn static void refuse(const char *error)
{
	fprintf(stderr, "mptcp_synscan: %s. Nothing is sent.\n", error);
	_exit(EXIT_FAILURE);
}

static const char *path_in(const char *variable)
{
	const char *path = getenv(variable);
	return path == NULL || *path == '\0' ? NULL : path;
}

/* A run must not begin if it cannot read its opt-outs, or cannot record which targets it kept back. zmap's log is not open yet. */
static void open_opt_outs(void)
{
	char error[OPT_OUT_ERROR_SIZE];
	const char *table = path_in(OPT_OUT_VARIABLE), *kept_back = path_in(KEPT_BACK_VARIABLE);
	if ((table != NULL && !opt_out_file_open(table, error)) || (kept_back != NULL && !kept_back_open(kept_back, error))) {
		refuse(error);
	}
}

__attribute__((constructor)) static void load(void)
{
	if (strcmp(program_invocation_short_name, "zmap") != 0) {
		return;
	}
	const char *reason = why_unknown();
	if (reason != NULL) {
		fprintf(stderr,
			"mptcp_synscan: this zmap is not the " ZMAP_VERSION " that the plug-in is made for (%s): not loaded. "
			"For zmap 4.3 and ZMapv6 build it into the tree: make install-into ZMAP_SRC=...\n",
			reason);
		return;
	}
	open_opt_outs();
	repairs_enable();
	probe_modules[SLOT_SYNSCAN] = &module_mptcp_synscan;
	probe_modules[SLOT_IPV6_SYNSCAN] = &module_ipv6_mptcp_synscan;
}
