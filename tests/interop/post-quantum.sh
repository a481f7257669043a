#!/usr/bin/env bash
# Runs a command of dotnet with OpenSSL 3.5, which has ML-KEM. Where the machine has an older one, that of the next Debian release is taken,
# with the C library it was built for, into a directory; nothing is installed. Ends with 77 where neither is to be had.
#
#     tests/interop/post-quantum.sh <directory> <command of dotnet>...
set -euo pipefail

readonly release=trixie
readonly packages=(libssl3t64 libc6 libstdc++6 libgcc-s1 libicu76 zlib1g libzstd1)

directory=$(realpath -m "$1")
shift

if [[ $(openssl version) =~ ^OpenSSL\ (3\.([5-9]|[1-9][0-9])|[4-9]) ]]; then
    exec dotnet "$@"
fi

# The machine's own sources, with the name of the other release in place of its own.
apt_of_release() {
    local apt=$directory/apt own
    own=$(. /etc/os-release && echo "$VERSION_CODENAME")
    mkdir -p "$apt"/{sources,lists/partial,cache/archives/partial}
    local file
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources; do
        if [[ -f $file ]]; then sed "s/\b$own\b/$release/g" "$file" >"$apt/sources/$(basename "$file" | sed 's/^sources.list$/machine.list/')"; fi
    done
    "$@" -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$apt/sources" -o Dir::State::lists="$apt/lists" \
        -o Dir::Cache="$apt/cache" -o APT::Sandbox::User=root -qq
}

get_libraries() {
    mkdir -p "$directory/packages" \
        && apt_of_release apt-get update \
        && (cd "$directory/packages" && apt_of_release apt-get download "${packages[@]}") \
        && find "$directory/packages" -name '*.deb' -print0 | xargs -0 -I{} dpkg -x {} "$directory/root"
}

# dotnet with the loader of that C library. What it loads is what is installed.
make_host() {
    local dotnet
    dotnet=$(dirname "$(readlink -f "$(command -v dotnet)")")
    mkdir -p "$directory/dotnet" \
        && cp "$dotnet/dotnet" "$directory/dotnet/dotnet" \
        && ln -s "$dotnet"/{host,shared} "$directory/dotnet" \
        && patchelf --set-interpreter "$libraries/ld-linux-x86-64.so.2" "$directory/dotnet/dotnet"
}

libraries=$directory/root/usr/lib/x86_64-linux-gnu
if [[ ! -x $directory/dotnet/dotnet ]]; then
    { get_libraries && make_host; } || { rm -rf "$directory"/{apt,packages,root,dotnet}; exit 77; }
fi
LD_LIBRARY_PATH=$libraries exec "$directory/dotnet/dotnet" "$@"
