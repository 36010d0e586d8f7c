#!/bin/sh
# A build without any hook: installs packages whose files live-build's hooks mend, and packs an image of it.
# usage: driver.sh PACKAGE..., in a directory with chroot/
set -eu
inside() {
	chroot chroot /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb DEBIAN_FRONTEND=noninteractive \
		SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" "$@"
}
mount -t proc proc chroot/proc
trap 'umount chroot/proc' EXIT
inside apt-get update
inside apt-get install --yes --no-install-recommends "$@"
inside apt-get clean
umount chroot/proc
trap - EXIT
mksquashfs chroot filesystem.squashfs -no-progress -quiet -comp zstd -Xcompression-level 3
