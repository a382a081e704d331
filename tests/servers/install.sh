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
    llama) # compiled from the sources inside a Python package; needs cmake, ninja and a compiler, and minutes
        if [ ! -x "$root/build-llama/bin/llama-server" ]; then
            mkdir -p "$root/dl"
            "$python" -m pip download --quiet --no-deps --no-binary :all: -d "$root/dl" llama-cpp-python==0.3.36
            tar xzf "$root/dl/llama_cpp_python-0.3.36.tar.gz" -C "$root"
            cmake -G Ninja -S "$root/llama_cpp_python-0.3.36/vendor/llama.cpp" -B "$root/build-llama" \
                -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O1 -DCMAKE_C_FLAGS_DEBUG=-O2 -DBUILD_SHARED_LIBS=ON \
                -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF \
                -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_NUMBER=0 -DLLAMA_BUILD_COMMIT=sdist
            nice ninja -C "$root/build-llama" llama-server
        fi
        [ -f "$root/tiny/tiny.gguf" ] || echo "llama also needs a tiny model at $root/tiny/tiny.gguf" >&2
        ;;
    *)
        echo "unknown part: $part (there are litellm, mock, hf, llama)" >&2
        exit 2
        ;;
    esac
    echo "$part is ready below $root"
done
