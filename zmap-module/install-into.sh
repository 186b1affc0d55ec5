#!/bin/bash
# Puts the module into a zmap source tree, or takes it out again, as a change that could be sent upstream.
#   install-into.sh install|uninstall TREE
# Every line that is written into a file of the tree names the module, so that a second install changes
# nothing and an uninstall leaves the tree as it was. A tree that is not known is refused untouched.
set -euo pipefail
shopt -s nullglob

here=$(cd "$(dirname "$0")" && pwd)
action=${1:-}
tree=${2:-}
changelog_entry='
# Unreleased

## ENHANCEMENT

* Add `mptcp_synscan` probe module: MPTCP v0 and v1 evidence (option bytes, keys, TCP options, round-trip time)'

refuse() {
	echo "install-into: $*" >&2
	exit 1
}

[[ $action == install || $action == uninstall ]] || refuse "say install or uninstall, then the tree"
[[ -d $tree ]] || refuse "ZMAP_SRC=$tree is no folder"

modules=$tree/src/probe_modules
registry=$modules/probe_modules.c
cmake=$tree/src/CMakeLists.txt
changelog=$tree/CHANGELOG.md
api=$modules/probe_modules.h
state=$tree/src/state.h
for file in "$registry" "$cmake" "$changelog" "$api" "$state"; do
	[[ -f $file ]] || refuse "$tree is no zmap source tree: $file is missing"
done
grep -q 'probe_prepare_packet_cb' "$api" && grep -q 'uint16_t ip_id' "$api" && grep -q 'struct timespec ts' "$api" ||
	refuse "$tree is not zmap 4.1 to 4.3 or a fork of it: its probe modules have another interface"
[[ $(grep -c 'ADD YOUR MODULE HERE' "$registry") == 2 ]] && grep -q '^set(EXTRA_PROBE_MODULES' "$cmake" ||
	refuse "$tree does not say where a module is added"

# the number of probes (-P) has another name since 4.3.4
probes=$(grep -oE '\b(packet_streams|probes_per_target)\b' "$state" | head -n 1) ||
	refuse "$tree keeps the number of probes under a name that is not known"

is_zmapv6=false
grep -q 'module_ipv6_tcp_synscan' "$registry" && is_zmapv6=true

core=(classes classify evidence fields hex mptcp_option packet plan plan_needs plan_settings probe reply scan sent_key siphash tcp_options)
headers=(bytes field_list kinds wire)
glue=(sender session ts_clock)

# Some files of these trees end without a newline; they shall do so again.
ends_open() {
	[[ -n $(tail -c 1 "$1") ]]
}

# Writes stdin into a file, with the end that the file had.
replace() {
	local file=$1 text
	text=$(cat)
	if ends_open "$file"; then printf '%s' "$text" >"$file"; else printf '%s\n' "$text" >"$file"; fi
}

add_to_changelog() {
	if ends_open "$changelog"; then printf '\n%s' "$changelog_entry"; else printf '%s\n' "$changelog_entry"; fi >>"$changelog"
}

# What is behind the entry stays, should the log have grown.
remove_from_changelog() {
	local text
	text=$(cat "$changelog" && echo .)
	text=${text%.}
	text=${text%$'\n'"$changelog_entry"}
	printf '%s' "${text/"$changelog_entry"$'\n'/}" >"$changelog"
}

uninstall() {
	sed -i -E '/module_(ipv6_)?mptcp_synscan[;,]/d' "$registry"
	sed -i -E '\,probe_modules/(mptcp/|mptcp_module|module_(ipv6_)?mptcp_synscan),d' "$cmake"
	remove_from_changelog
	rm -rf "$modules/mptcp"
	rm -f "$modules"/mptcp_module.[ch] "$modules"/module_mptcp_synscan.c "$modules"/module_ipv6_mptcp_synscan.c
	rm -f "$tree"/test/integration-tests/test_mptcp_synscan.py
}

# Writes lines before the n-th one that holds a word, as far in as that one.
insert_before() {
	local file=$1 word=$2 nth=$3 text=$4
	awk -v word="$word" -v nth="$nth" -v text="$text" '
		index($0, word) && ++seen == nth {
			match($0, /^[ \t]*/)
			gsub(/\n/, "\n" substr($0, 1, RLENGTH), text)
			print substr($0, 1, RLENGTH) text
		}
		{ print }' "$file" | replace "$file"
}

copy() {
	mkdir -p "$modules/mptcp/glue"
	for name in "${core[@]}"; do cp "$here/$name.c" "$here/$name.h" "$modules/mptcp/"; done
	for name in "${headers[@]}"; do cp "$here/$name.h" "$modules/mptcp/"; done
	for name in "${glue[@]}"; do cp "$here/glue/$name.c" "$here/glue/$name.h" "$modules/mptcp/glue/"; done
	# random numbers are zmap's own: its CI builds where getrandom does not exist (macOS, Ubuntu 16.04)
	sed -i -e 's,<sys/random.h>,"../../../../lib/random.h",' \
		-e 's/getrandom(secret, SECRET_BYTES, 0) == SECRET_BYTES/random_bytes(secret, SECRET_BYTES)/' "$modules/mptcp/glue/session.c"
	# two settings are the plug-in's own
	sed -E '/"  (list|source)=/d' "$here/glue/help.h" >"$modules/mptcp/glue/help.h"
	sed "s/conf->packet_streams/conf->$probes/" "$here/glue/tree/mptcp_module.c" >"$modules/mptcp_module.c"
	cp "$here/glue/tree/mptcp_module.h" "$here/glue/tree/module_mptcp_synscan.c" "$modules/"
	if $is_zmapv6; then
		cp "$here/glue/tree/module_ipv6_mptcp_synscan.c" "$modules/"
	elif [[ -d $tree/test/integration-tests ]]; then # in ZMapv6 the first target of IPv4 is always lost
		cp "$here/glue/tree/test_mptcp_synscan.py" "$tree/test/integration-tests/"
	fi
}

register() {
	local names=(mptcp_synscan) externs='' slots='' sources='    probe_modules/mptcp_module.c'
	if $is_zmapv6; then names+=(ipv6_mptcp_synscan); fi
	for name in "${names[@]}"; do
		externs+="${externs:+$'\n'}extern probe_module_t module_$name;"
		slots+="${slots:+$'\n'}&module_$name,"
		sources+=$'\n'"    probe_modules/module_$name.c"
	done
	for name in "${core[@]}"; do sources+=$'\n'"    probe_modules/mptcp/$name.c"; done
	for name in "${glue[@]}"; do sources+=$'\n'"    probe_modules/mptcp/glue/$name.c"; done
	insert_before "$registry" 'ADD YOUR MODULE HERE' 2 "$slots"
	insert_before "$registry" 'ADD YOUR MODULE HERE' 1 "$externs"
	# the list is closed by the first lone bracket behind its head
	awk -v text="$sources" '
		/^set\(EXTRA_PROBE_MODULES/ { inside = 1 }
		inside && /^\)/ { print text; inside = 0 }
		{ print }' "$cmake" | replace "$cmake"
	add_to_changelog
}

# A tree that does not name the module may have files of these names: they are somebody else's.
if ! grep -q 'module_mptcp_synscan' "$registry"; then
	for file in "$modules"/mptcp "$modules"/mptcp_module.[ch] "$modules"/module_{,ipv6_}mptcp_synscan.c "$tree"/test/integration-tests/test_mptcp_synscan.py; do
		[[ ! -e $file ]] || refuse "$file is not of this module, which the tree does not name: move it away first"
	done
fi

uninstall
if [[ $action == install ]]; then
	copy
	register
	echo "installed into $tree$($is_zmapv6 && echo ' (ZMapv6: IPv4 and IPv6)'): build zmap as it says"
else
	echo "removed from $tree"
fi
