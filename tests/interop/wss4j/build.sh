#!/usr/bin/env bash
# Compiles the peer into build/ when a source is newer, and prints the class path to run it with.
set -euo pipefail
cd "$(dirname "$0")"
jars=/usr/share/java
class_path=
for jar in wss4j xmlsec commons-logging slf4j-api slf4j-nop; do
    if [[ ! -f $jars/$jar.jar ]]; then
        echo "$jars/$jar.jar is missing: install the packages in tests/interop/packages.txt" >&2
        exit 1
    fi
    class_path+=:$jars/$jar.jar
done
mkdir -p build
# Two test projects may start at once: the second waits, and finds the work done.
exec 9>build/lock
flock 9
if [[ ! -f build/done || -n $(find src build.sh -newer build/done -type f) ]]; then
    rm -rf build/classes build/done
    javac --release 17 -Xlint:all,-path -Werror -cp "${class_path#:}" -d build/classes src/peer/*.java >&2
    touch build/done
fi
echo "$PWD/build/classes$class_path"
