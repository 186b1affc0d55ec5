#!/bin/bash
# The glue against hand-written stubs of zmap 2.1.1, zmap 4.3 and ZMapv6: no zmap, no root, no network.
# Prints one line for each thing that was seen and ends at the first that was not.
set -euo pipefail

cd "$(dirname "$0")/.."
build=$PWD/build/stubs
sanitize=(-std=gnu11 -g -O1 -Wall -Wextra -Werror -fsanitize=address,undefined -fno-sanitize-recover=all)
rm -rf "$build" && mkdir -p "$build"

fail() {
	echo "FAIL stubs: $*" >&2
	exit 1
}

expect() { # what, wanted text, text
	[[ $3 == *"$2"* ]] || fail "$1: \"$2\" is not in: $3"
	echo "ok   $1"
}

# --- zmap 2.1.1
gcc -std=gnu11 -O1 -Wall -Wextra -Werror -fPIC -shared -o "$build/libraries.so" test/stub/libraries.c
stub() { # folder, further flags
	mkdir -p "$build/$1"
	gcc -std=gnu11 -O1 -Wall -Wextra -Werror -rdynamic "${@:2}" -o "$build/$1/zmap" test/stub/zmap_2_1_1.c test/stub/opt_outs.c opt_outs.c "$build/libraries.so"
}
with_plugin() {
	LD_PRELOAD=$PWD/build/mptcp_synscan.so "$@" 2>&1
}
stub right '-DSTUB_VERSION="2.1.1"'
stub version '-DSTUB_VERSION="2.1.0"'
stub size '-DSTUB_VERSION="2.1.1"' -DSTUB_OF_ANOTHER_SIZE
cp "$build/right/zmap" "$build/other"

secret=secret=000102030405060708090a0b0c0d0e0f
expect '2.1.1: v1 is classified' classification=mp_capable "$(with_plugin "$build/right/zmap" mptcp_synscan "v1,$secret" 1)"
expect '2.1.1: every probe kind has its answer' 'probe=plain' \
	"$(with_plugin "$build/right/zmap" mptcp_synscan "v1+v0+grease+join+canary+port2+port2v0+plain,$secret" 8)"
line=$(with_plugin "$build/right/zmap" mptcp_synscan "v1,$secret" 1)
expect '2.1.1: a reply becomes JSON, whatever its strings hold' 'json={ "text": "a\u0022b\u005cc", "least": -2147483648, "none": null, "zero": 0 }' "$line"
expect '2.1.1: a line grows with what is in it' "long json: $((76 + 12 + 6 * 19999))" "$line"
expect '2.1.1: a wrong -P is refused' 'must be 2 or a multiple' "$(with_plugin "$build/right/zmap" mptcp_synscan v0+v1 1 || true)"
expect '2.1.1: another version is refused' 'does not call itself 2.1.1' "$(with_plugin "$build/version/zmap" mptcp_synscan v1 1 || true)"
expect '2.1.1: another layout is refused' 'other sizes' "$(with_plugin "$build/size/zmap" mptcp_synscan v1 1 || true)"
[[ -z $(with_plugin "$build/other" x || true) ]] || fail '2.1.1: the plug-in speaks in another program'
echo 'ok   2.1.1: in another program the plug-in is silent'
expect '2.1.1: in another program the clock answers as ever' 'zone 0 0, time holds' "$(with_plugin "$build/other" clock || true)"
printf '2001:db8::%s\n' 1 2 3 | build/mptcp-hitlist --list "$build/list" --numbers "$build/numbers" --declare-global 2001:db8::/32 >"$build/counts"
expect '2.1.1: the list builder counts' '"kept":3' "$(cat "$build/counts")"
expect '2.1.1: IPv6 is classified' 'target=2001:db8::2' \
	"$(with_plugin "$build/right/zmap" ipv6_mptcp_synscan "v1,list=$build/list,source=2001:db8::9,$secret" 1)"

# --- opt-outs while it sends
table=$build/opt-outs
opt_outs() { # what zmap sends and what becomes of the table meanwhile
	MPTCP_SYNSCAN_OPT_OUTS=$table MPTCP_SYNSCAN_NO_RING=1 MPTCP_SYNSCAN_NO_OUTGOING=1 with_plugin "$build/right/zmap" opt-outs "$@"
}
MPTCP_SYNSCAN_NO_RING=1 MPTCP_SYNSCAN_NO_OUTGOING=1 MPTCP_SYNSCAN_OPT_OUTS=$table "$build/right/zmap" opt-outs table=198.18.9.9-198.18.9.9 >/dev/null
cp "$table" "$build/first"
said=$(opt_outs 198.18.0.1 198.18.9.9 table=198.18.0.0-198.18.0.255,2001:db8::-2001:db8::ff until=198.18.0.1 198.18.1.0 2001:db8::1 2001:db8::100 198.18.9.9 told=2)
expect '2.1.1: a table that is there at the start holds' '198.18.9.9 stays' "$said"
expect '2.1.1: a new table holds for both families, and nobody else' $'198.18.0.1 goes\n198.18.9.9 stays\n198.18.0.1 stays at last\n198.18.1.0 goes\n2001:db8::1 stays\n2001:db8::100 goes\n198.18.9.9 goes' "$(grep -v '^\[' <<<"$said")"
expect '2.1.1: the log says which table holds' '1 ranges of IPv4 and 1 of IPv6' "$said"
for fault in cut=0 cut=39 cut=20 half=198.18.0.0-198.18.0.255,198.18.2.0-198.18.2.255; do
	cp "$build/first" "$table"
	said=$(opt_outs 198.18.9.9 "$fault" warned 198.18.9.9 198.18.0.1 table=198.18.3.0-198.18.3.255 until=198.18.3.1)
	expect "2.1.1: a table that breaks ($fault) changes nothing but for a warning" $'warnings: 1\n198.18.9.9 stays\n198.18.0.1 goes' "$(grep -v '^\[' <<<"$said")"
	expect "2.1.1: a whole one after $fault holds" '198.18.3.1 stays at last' "$said"
done
cp "$build/first" "$table"
said=$(opt_outs remove 198.18.9.9 warned 198.18.9.9 table=198.18.4.0-198.18.4.255 until=198.18.4.1)
expect '2.1.1: a table that is gone holds' $'198.18.9.9 stays\nwarnings: 1\n198.18.9.9 stays\n198.18.4.1 stays at last' "$(grep -v '^\[' <<<"$said")"
cp "$build/first" "$table"
said=$(MPTCP_SYNSCAN_KEPT_BACK=$build/kept-back opt_outs 198.18.9.9 198.18.9.9 198.18.9.9 198.18.9.8 198.18.9.9 198.18.9.8 table=198.18.9.8-198.18.9.9,2001:db8::1-2001:db8::1 until=198.18.9.8 198.18.9.9 2001:db8::1 metadata)
expect '2.1.1: three frames to one target are one target kept back, one that was reached before is none' $'opted_out=4\nopted_out_packets=7\ntotal_sent=-1' "$said"
expect '2.1.1: and they are listed' $'198.18.9.9\n198.18.9.9\n198.18.9.9\n2001:db8::1' "$(cat "$build/kept-back")"
said=$(MPTCP_SYNSCAN_NO_RING=1 MPTCP_SYNSCAN_NO_OUTGOING=1 with_plugin "$build/right/zmap" opt-outs metadata | grep -v '^\[')
[[ $said == total_sent=-1 ]] || fail "without a table the metadata has $said"
echo 'ok   2.1.1: without a table the metadata is as ever'
for fault in missing empty half; do
	rm -f "$table"
	[[ $fault == missing ]] || head -c "$([[ $fault == half ]] && echo 36 || echo 0)" "$build/first" >"$table"
	said=$(opt_outs 198.18.0.1 || echo "exit $?")
	expect "2.1.1: nothing is sent when the table is $fault at the start" 'Nothing is sent.' "$said"
	expect "2.1.1: and zmap ends ($fault)" 'exit 1' "$said"
	[[ $said != *goes* ]] || fail "a frame went though the table is $fault"
done
cp "$build/first" "$table"
said=$(MPTCP_SYNSCAN_KEPT_BACK=$build/none/kept-back opt_outs 198.18.0.1 || echo "exit $?")
expect '2.1.1: nothing is sent when it cannot be listed who is kept back' $'Nothing is sent.\nexit 1' "$said"
said=$(MPTCP_SYNSCAN_KEPT_BACK=/dev/full opt_outs 198.18.9.9 metadata 2>&1 || echo "exit $?")
expect '2.1.1: a list that cannot be written ends zmap' 'cannot write the targets kept back' "$said"
[[ $said != *opted_out=* ]] || fail 'metadata was written though the list of those kept back was not'

# --- source trees
installed() { # tree
	./install-into.sh install "$1" >/dev/null
	find "$1" -type f -exec sha256sum {} + | sort >"$build/first"
	./install-into.sh install "$1" >/dev/null
	find "$1" -type f -exec sha256sum {} + | sort >"$build/second"
	cmp -s "$build/first" "$build/second" || fail "$1: a second install changes the tree"
}
compile() { # tree
	local sources
	mapfile -t sources < <(sed -n 's/^ *\(probe_modules\/.*\.c\)$/\1/p' "$1/src/CMakeLists.txt")
	[[ ${#sources[@]} -gt 5 ]] || fail "$1: the build does not name the module"
	(cd "$1/src" && gcc "${sanitize[@]}" -I.. -I. -o ../drive ../../../../test/stub/drive.c probe_modules/probe_modules.c "${sources[@]}")
}
cp -r test/stub/tree "$build/zmap43"
cp -r test/stub/tree "$build/zmapv6"
sed -i 's|^#include "probe_modules.h"|&\n\n// module_ipv6_tcp_synscan is what tells the fork|' "$build/zmapv6/src/probe_modules/probe_modules.c"
cp -r "$build/zmapv6" "$build/zmapv6.before"
for tree in zmap43 zmapv6; do
	installed "$build/$tree"
	compile "$build/$tree"
	"$build/$tree/drive" >"$build/$tree.out"
	expect "$tree: mptcp_synscan runs" 'mptcp_synscan mp_capable 73bb150358a0aecb' "$(cat "$build/$tree.out")"
	[[ $(cat "$build/$tree.out") != *warns* ]] || fail "$tree: a warning without a reason"
	expect "$tree: round trips in batches are warned of" 'packets leave 64 at a time' "$("$build/$tree/drive" 64 2>&1)"
	expect "$tree: a source port cannot be left unchecked" 'an answer from another port never is one' "$("$build/$tree/drive" 1 0 2>&1 || true)"
	rm "$build/$tree/drive"
	./install-into.sh uninstall "$build/$tree" >/dev/null
done
expect 'zmapv6: ipv6_mptcp_synscan runs' 'ipv6_mptcp_synscan mp_capable 73bb150358a0aecb' "$(cat "$build/zmapv6.out")"
diff -r test/stub/tree "$build/zmap43" || fail 'an uninstall leaves something behind'
diff -r "$build/zmapv6.before" "$build/zmapv6" || fail 'an uninstall leaves something behind'
echo 'ok   an uninstall leaves the trees as they were'
mkdir -p "$build/unknown/src/probe_modules" && cp -r test/stub/tree/. "$build/unknown"
sed -i 's/uint16_t ip_id,//' "$build/unknown/src/probe_modules/probe_modules.h"
expect 'a tree with another interface is refused' 'another interface' "$(./install-into.sh install "$build/unknown" 2>&1 || true)"
mkdir -p "$build/taken" && cp -r test/stub/tree/. "$build/taken" && mkdir "$build/taken/src/probe_modules/mptcp"
for action in install uninstall; do
	expect "$action: files of our names that are somebody else's are refused" 'is not of this module' "$(./install-into.sh $action "$build/taken" 2>&1 || true)"
	[[ -d $build/taken/src/probe_modules/mptcp ]] || fail 'somebody else'"'"'s files are gone'
done
expect 'a folder that is no tree is refused' 'no zmap source tree' "$(./install-into.sh install "$build" 2>&1 || true)"
