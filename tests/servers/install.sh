#!/bin/sh
# Installs real OpenAI-compatible servers written by others, for the tests marked `servers`:
#     sh tests/servers/install.sh && pytest -m servers tests/servers
# They go below $CHATGUI_SERVERS (default /var/tmp/real-servers), each into a virtual environment of its own; nothing that is
# already there is installed again. Transformers brings torch and takes minutes; name parts to install only those.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=${CHATGUI_SERVERS:-/var/tmp/real-servers}
python=${PYTHON:-python3}
mkdir -p "$root"

environment() {  # name packages…
    name=$1
    shift
    [ -x "$root/$name/bin/python" ] || "$python" -m venv "$root/$name"
    "$root/$name/bin/pip" install --quiet "$@"
}

for part in ${*:-litellm mock hf}; do
    case $part in
    litellm) [ -x "$root/v-litellm/bin/litellm" ] || environment v-litellm 'litellm[proxy]' ;;
    mock) [ -x "$root/v-mock/bin/mock-ai-api" ] || environment v-mock mock-ai-api ;;
    hf)
        [ -x "$root/v-hf/bin/transformers" ] || environment v-hf torch 'transformers[serving]' tokenizers accelerate
        [ -f "$root/tiny/hf/config.json" ] || "$root/v-hf/bin/python" "$here/make_model.py" "$root/tiny/hf"
        ;;
    *)
        echo "unknown part: $part (there are litellm, mock, hf)" >&2
        exit 2
        ;;
    esac
    echo "$part is ready below $root"
done
