#!/bin/sh
# Verifies a receipt of ECP without ECP: the file's hash, the proof that the log has the receipt, and the signatures.
# Needs sh, openssl, and for the signatures ssh-keygen (OpenSSH 9.1 or later). Asks no network.
#
#   sh verify.sh NAME.receipt [FILE]
#
# Beside NAME.receipt lie NAME.receipt.sig, NAME.proof, allowed_signers and revoked_keys.
set -u
LC_ALL=C
export LC_ALL
failed=0
# What a stranger wrote is printed, and obeyed by no terminal.
say() { printf '%-11s %-8s %s\n' "$1" "$2" "$(printf '%s' "$3" | tr -cd '\040-\176')"; }
good() { say "$1" ok "$2"; }
bad() { say "$1" WRONG "$2"; failed=1; }
absent() { say "$1" MISSING "$2"; failed=1; }
finish() {
    rm -rf "$work"
    [ "$failed" -eq 0 ] && echo "VERIFIED" || echo "NOT VERIFIED"
    exit "$failed"
}

[ $# -ge 1 ] && [ -f "$1" ] || { echo "usage: sh verify.sh NAME.receipt [FILE]" >&2; exit 2; }
command -v openssl > /dev/null || { echo "openssl is not installed" >&2; exit 2; }
case $1 in -*) receipt=./$1 ;; *) receipt=$1 ;; esac
here=$(dirname "$receipt")
name=${receipt%.receipt}
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"; exit 130' INT TERM

value() { sed -n "s/^$1: //p" "$receipt" | head -n 1; }
sha256() { openssl dgst -sha256 -binary; }
hex() { od -An -v -tx1 | tr -d ' \n'; }
# Before arithmetic: bash runs the commands that stand in a number's place.
natural() { case $1 in 0 | [1-9]*) case $1 in *[!0-9]*) return 1 ;; esac ;; *) return 1 ;; esac; }

# The receipt.
if [ "$(head -n 1 "$receipt")" != receipt-v1 ] || [ "$(tr -d '\012\040-\176' < "$receipt" | wc -c)" -ne 0 ]; then
    bad receipt "this is no receipt, or its line ends were converted"
    finish
fi
origin=$(value origin)
index=$(value log-index)
received=$(value received)
good receipt "$(value file-name), log index $index of $origin"

# The file.
if [ $# -ge 2 ]; then
    if [ ! -r "$2" ]; then absent file "$2 cannot be read"
    elif [ "$(sha256 < "$2" | hex)" = "$(value sha256)" ]; then good file "SHA-256 $(value sha256)"
    else bad file "its SHA-256 is not the receipt's"; fi
fi

# The log: from the leaf, the SHA-256 of a zero byte and the receipt, up to the checkpoint's root (RFC 9162, 2.1.3.2).
{ printf '\000'; cat "$receipt"; } > "$work/leaf"
sha256 < "$work/leaf" > "$work/node"
proof=$name.proof
if [ -f "$proof" ]; then
    sed -n '1,/^$/p' "$proof" | sed '$d' > "$work/head"
    sed '1,/^$/d' "$proof" | sed -n '/^$/q;p' > "$work/checkpoint"
    sed -n '/^-----BEGIN SSH SIGNATURE-----$/,$p' "$proof" > "$work/checkpoint.sig"
    size=$(sed -n 2p "$work/checkpoint")
    place=0
    last=0
    right=0
    if natural "$index" && natural "$size" && [ "$index" -lt "$size" ] 2>/dev/null; then
        place=$index
        last=$((size - 1))
        right=1
    fi
    [ "$(sed -n 1p "$work/head")" = "c2sp.org/tlog-proof@v1" ] || right=0
    [ "$(sed -n 2p "$work/head")" = "index $index" ] || right=0
    sed 1,2d "$work/head" > "$work/hashes"
    while [ "$right" -eq 1 ] && read -r line; do
        [ "$last" -eq 0 ] && { right=0; break; }
        echo "$line" | openssl base64 -d -A > "$work/sibling"
        [ "$(wc -c < "$work/sibling")" -eq 32 ] || { right=0; break; }
        if [ $((place % 2)) -eq 1 ] || [ "$place" -eq "$last" ]; then
            { printf '\001'; cat "$work/sibling" "$work/node"; } > "$work/both"
            while [ $((place % 2)) -eq 0 ] && [ "$place" -ne 0 ]; do place=$((place / 2)); last=$((last / 2)); done
        else
            { printf '\001'; cat "$work/node" "$work/sibling"; } > "$work/both"
        fi
        sha256 < "$work/both" > "$work/node"
        place=$((place / 2))
        last=$((last / 2))
    done < "$work/hashes"
    [ "$last" -eq 0 ] || right=0
    [ "$(sed -n 3p "$work/checkpoint")" = "$(openssl base64 -A < "$work/node")" ] || right=0
    [ "$(sed -n 1p "$work/checkpoint")" = "$origin" ] || right=0
    if [ "$right" -eq 1 ]; then good log "entry $index of $size"
    else bad log "the proof does not lead from this receipt to its checkpoint"; fi
else
    absent log "$proof is not here"
fi

# The signatures, by the keys of the exchange as of when they were made.
stamp() { printf '%s' "$1" | sed 's/\.[0-9]*Z$/Z/; s/[-:T]//g'; }
signed() { # what, namespace, data, signature, instant
    [ -f "$4" ] || { absent "$1" "$4 is not here"; return 1; }
    [ -f "$here/allowed_signers" ] || { absent "$1" "allowed_signers is not here"; return 1; }
    what=$1
    data=$3
    set -- -f "$here/allowed_signers" -I "$origin" -n "$2" -Overify-time="$(stamp "$5")" -s "$4"
    ever=$(ssh-keygen -Y verify "$@" < "$data" 2>&1) && counted=yes || counted=no
    [ -s "$here/revoked_keys" ] && set -- "$@" -r "$here/revoked_keys"
    if told=$(ssh-keygen -Y verify "$@" < "$data" 2>&1); then good "$what" "$told"
    elif [ "$vouched$counted" = yesyes ]; then good "$what" "$ever, revoked since; the checkpoint vouches for it"
    else
        bad "$what" "it does not verify: other key, other text, or a key that did not count then"
        say "" "" "ssh-keygen: $(printf '%s\n' "$told" | head -n 1)"
        return 1
    fi
}
vouched=no
if command -v ssh-keygen > /dev/null; then
    if [ -f "$proof" ]; then
        made=$(sed -n 's/^at: //p' "$work/checkpoint")
        signed checkpoint checkpoint-v1@ecp "$work/checkpoint" "$work/checkpoint.sig" "$made" &&
            [ "$right" -eq 1 ] && vouched=yes
    fi
    signed signature receipt-v1@ecp "$receipt" "$receipt.sig" "$received"
else
    absent signature "ssh-keygen is not installed: signatures were not looked at"
fi
finish
