#!/bin/sh
# Makes isotrace.bpf.o from isotrace.bpf.c. The bytes depend on the compiler (Debian clang version 14.0.6, packages
# clang-14, llvm-14 and libbpf-dev of Debian 12) and not on the directory.
# Usage: build-bpf.sh [OUTPUT]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
output=${1:-$here/isotrace.bpf.o}
case $output in /*) ;; *) output=$PWD/$output ;; esac
cd "$here"
clang-14 -target bpf -mcpu=v3 -O2 -g -D__TARGET_ARCH_x86 -I/usr/include/x86_64-linux-gnu \
	-ffile-prefix-map="$here"=. -fdebug-compilation-dir=. -Wall -Werror -c isotrace.bpf.c -o "$output"
llvm-strip-14 -g "$output"
