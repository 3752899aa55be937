#!/bin/sh
# start.sh - what the Space runs: a search worker that whoever knows the secret SEARCH_TOKEN may ask.
#
# SEARCH_TOKEN   the token (a secret of the Space), at least 32 characters
# SEARXNG_URL    a SearXNG instance that queries are passed on to; without it the sample pages answer
# PORT           7860 unless told otherwise
set -eu
if [ "$(printf %s "${SEARCH_TOKEN-}" | wc -c)" -lt 32 ]; then
    echo "start: the secret SEARCH_TOKEN needs 32 characters: openssl rand -hex 32" >&2
    exit 1
fi
umask 077
printf '%s\n' "$SEARCH_TOKEN" >"$HOME/search-token"
unset SEARCH_TOKEN
exec autopilot search-worker --listen "0.0.0.0:${PORT:-7860}" --token-file "$HOME/search-token" \
    ${SEARXNG_URL:+--searxng "$SEARXNG_URL"}
