#!/bin/sh
# The build that the corpus is: runs each case in the chroot as live-build runs a hook, and packs an image of it.
# usage: driver.sh, in a directory with chroot/, cases/ and debs/
set -eu

inside() {
	chroot chroot /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb DEBIAN_FRONTEND=noninteractive \
		SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" TZ="$TZ" LANG="$LANG" LOGNAME="$LOGNAME" \
		BUILDER_HOME="$HOME" BUILDER_UMASK="$BUILDER_UMASK" "$@"
}

run() {
	name=$1
	status=0
	package=$(sed -n 's/^# package: //p' "cases/$name")
	if [ -n "$package" ]; then
		cp "debs/$package.deb" chroot/root/
		inside dpkg -i "/root/$package.deb" || status=$?
		rm "chroot/root/$package.deb"
	elif grep -q '^# outside' "cases/$name"; then
		cp "cases/$name" "hooks/$name.hook.binary"
		"./hooks/$name.hook.binary" || status=$?
	else
		cp "cases/$name" "chroot/root/$name.hook.chroot"
		inside "/root/$name.hook.chroot" || status=$?
		rm "chroot/root/$name.hook.chroot"
	fi
	return $status
}

mount -t proc proc chroot/proc
trap 'umount chroot/proc' EXIT
mkdir -p hooks
failed=""
for path in cases/*; do
	run "$(basename "$path")" || failed="$failed $(basename "$path")"
done
umount chroot/proc
trap - EXIT
mksquashfs chroot filesystem.squashfs -no-progress -quiet -comp zstd -Xcompression-level 3
[ -z "$failed" ] || { echo "failed:$failed" >&2; exit 1; }
