#!/bin/sh
# Installs what a command of package.json needs, says so before, and does nothing when nothing is missing.
#   prepare.sh npm    npm packages
#   prepare.sh run    and the Debian packages that Isotrace and a live build need
#   prepare.sh test   and those that the tests and checks need
# Only a shell is needed to start it: `node` may be any version or, once `npm ci` has run, the project's own.
set -eu

# g++, make and python3 compile node-pty, which comes without a binary for Linux.
to_compile='g++ make python3'
to_run='live-build debootstrap debian-archive-keyring ca-certificates libbpf1 squashfs-tools squashfs-tools-ng xorriso
	reprepro gnupg iproute2'
to_test='strace clang-14 llvm-14 libbpf-dev mmdebstrap libyaml-libyaml-perl e2fsprogs xfsprogs btrfs-progs attr mount
	devscripts python3-debian python3-pycurl python3-requests openssl libdpkg-perl libxml2-utils cpio xz-utils bzip2 lz4
	apt-utils curl procps systemd nginx-light nftables'

main() {
	purpose=${1:-run}
	cd "$(dirname "$0")/../.."
	case $purpose in
	npm) ;;
	run) debian_packages "$to_compile $to_run" ;;
	test) debian_packages "$to_compile $to_run $to_test" ;;
	*) stop "prepare.sh: $purpose: no such purpose; give npm, run or test" 2 ;;
	esac
	npm_packages
}

debian_packages() {
	[ "$(id -u)" = 0 ] || stop "isotrace: building and observing an image needs root, and this is user $(id -un); run it as root, for example with sudo"
	command -v apt-get >/dev/null && command -v dpkg-query >/dev/null ||
		stop "isotrace: this system has no apt to install packages with; use Debian 12 or later, or install these by hand: $(echo $1)"
	missing=$(not_installed $1)
	[ -n "$missing" ] || return 0
	echo "isotrace: installing Debian packages with apt:$missing"
	export DEBIAN_FRONTEND=noninteractive
	# An unreachable third-party source is no reason to stop: the installation says whether a package is missing.
	apt-get -qq update || echo "isotrace: apt-get update failed in part; going on"
	apt-get -qq install --yes --no-install-recommends $missing >/dev/null ||
		stop "isotrace: apt could not install:$missing; its message stands above"
}

not_installed() {
	for package in "$@"; do
		# One line for each architecture of the package that dpkg knows.
		dpkg-query --show --showformat '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
			printf ' %s' "$package"
	done
}

npm_packages() {
	done_by_npm=node_modules/.package-lock.json
	if [ -e "$done_by_npm" ] && [ -z "$(find package-lock.json -newer "$done_by_npm")" ]; then
		return 0
	fi
	command -v npm >/dev/null || stop "isotrace: npm was not found; install Node.js 20 or later with npm"
	echo "isotrace: installing npm packages with npm ci, Node 24 among them, into $PWD/node_modules"
	# npm must not run by the node below node_modules, which it is about to replace.
	PATH=$(without "$PWD/node_modules/.bin") npm ci --no-audit --no-fund --loglevel=error
}

# The PATH without one directory.
without() {
	printf '%s' "$PATH" | tr ':' '\n' | grep -vxF -- "$1" | tr '\n' ':' | sed 's/:$//'
}

stop() {
	echo "$1" >&2
	exit "${2:-1}"
}

main "$@"
