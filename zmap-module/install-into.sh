#!/bin/bash
# Puts the module into a zmap source tree, or takes it out again, as a change that could be sent upstream.
#   install-into.sh install|uninstall TREE
# Everything written into files of the tree stands between two marks, so that a second install changes
# nothing and an uninstall leaves the tree as it was. A tree that is not known is refused untouched.
set -euo pipefail
shopt -s nullglob

here=$(cd "$(dirname "$0")" && pwd)
action=${1:-}
tree=${2:-}
mark=mptcp_synscan

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
for file in "$registry" "$cmake" "$changelog" "$api"; do
	[[ -f $file ]] || refuse "$tree is no zmap source tree: $file is missing"
done
grep -q 'probe_prepare_packet_cb' "$api" && grep -q 'uint16_t ip_id' "$api" && grep -q 'struct timespec ts' "$api" ||
	refuse "$tree is not zmap 4.3 or a fork of it: its probe modules have another interface"
[[ $(grep -c 'ADD YOUR MODULE HERE' "$registry") == 2 ]] && grep -q '^set(EXTRA_PROBE_MODULES' "$cmake" ||
	refuse "$tree does not say where a module is added"

is_zmapv6=false
grep -q 'module_ipv6_tcp_synscan' "$registry" && is_zmapv6=true

core=(classify evidence fields mptcp_option packet plan probe tcp_options)
headers=(bytes field_list siphash)
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

# Removes what stands between the marks of a file.
unmark() {
	local was_open=false
	grep -q "BEGIN $mark after an open end" "$1" && was_open=true
	sed -i "/BEGIN $mark/,/END $mark/d" "$1"
	if $was_open; then truncate -s -1 "$1"; fi
}

uninstall() {
	unmark "$registry"
	unmark "$cmake"
	unmark "$changelog"
	rm -rf "$modules/mptcp"
	rm -f "$modules"/mptcp_module.[ch] "$modules"/module_mptcp_synscan.c "$modules"/module_ipv6_mptcp_synscan.c
	rm -f "$tree"/test/integration-tests/test_mptcp_synscan.py
}

# Writes text before the n-th line that holds a word, between marks of that file's comment sign.
insert_before() {
	local file=$1 word=$2 nth=$3 open=$4 close=$5 text=$6
	awk -v word="$word" -v nth="$nth" -v begin="$open BEGIN $mark$close" -v end="$open END $mark$close" -v text="$text" '
		index($0, word) && ++seen == nth { print begin; print text; print end }
		{ print }' "$file" | replace "$file"
}

copy() {
	mkdir -p "$modules/mptcp/glue"
	for name in "${core[@]}"; do cp "$here/$name.c" "$here/$name.h" "$modules/mptcp/"; done
	for name in "${headers[@]}"; do cp "$here/$name.h" "$modules/mptcp/"; done
	for name in "${glue[@]}"; do cp "$here/glue/$name.c" "$here/glue/$name.h" "$modules/mptcp/glue/"; done
	cp "$here/glue/help.h" "$modules/mptcp/glue/"
	cp "$here"/glue/tree/mptcp_module.[ch] "$here/glue/tree/module_mptcp_synscan.c" "$modules/"
	if $is_zmapv6; then cp "$here/glue/tree/module_ipv6_mptcp_synscan.c" "$modules/"; fi
	if [[ -d $tree/test/integration-tests ]]; then
		cp "$here/glue/tree/test_mptcp_synscan.py" "$tree/test/integration-tests/"
	fi
}

register() {
	local names=(mptcp_synscan) externs='' slots='' sources='    probe_modules/mptcp_module.c'
	if $is_zmapv6; then names+=(ipv6_mptcp_synscan); fi
	for name in "${names[@]}"; do
		externs+="${externs:+$'\n'}extern probe_module_t module_$name;"
		slots+="${slots:+$'\n'}    &module_$name,"
		sources+=$'\n'"    probe_modules/module_$name.c"
	done
	for name in "${core[@]}"; do sources+=$'\n'"    probe_modules/mptcp/$name.c"; done
	for name in "${glue[@]}"; do sources+=$'\n'"    probe_modules/mptcp/glue/$name.c"; done
	insert_before "$registry" 'ADD YOUR MODULE HERE' 2 '    //' '' "$slots"
	insert_before "$registry" 'ADD YOUR MODULE HERE' 1 '//' '' "$externs"
	# the list is closed by the first lone bracket behind its head
	awk -v text="$sources" -v begin="    # BEGIN $mark" -v end="    # END $mark" '
		/^set\(EXTRA_PROBE_MODULES/ { inside = 1 }
		inside && /^\)/ { print begin; print text; print end; inside = 0 }
		{ print }' "$cmake" | replace "$cmake"
	local after=''
	if ends_open "$changelog"; then
		after=' after an open end'
		echo >>"$changelog"
	fi
	cat >>"$changelog" <<-END
		<!-- BEGIN $mark$after -->

		# Unreleased

		## ENHANCEMENT

		* Add \`mptcp_synscan\` probe module: MPTCP v0 and v1 evidence (option bytes, keys, TCP options, round-trip time)
		<!-- END $mark -->
	END
}

uninstall
if [[ $action == install ]]; then
	copy
	register
	echo "installed into $tree$($is_zmapv6 && echo ' (ZMapv6: IPv4 and IPv6)'): build zmap as it says"
else
	echo "removed from $tree"
fi
