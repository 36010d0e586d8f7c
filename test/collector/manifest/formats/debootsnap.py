# Prints what debootsnap(1) itself makes of a .buildinfo, as JSON: the packages, and the architecture of the system.
import importlib.machinery
import importlib.util
import json
import shutil
import sys

loader = importlib.machinery.SourceFileLoader("debootsnap", shutil.which("debootsnap"))
module = importlib.util.module_from_spec(importlib.util.spec_from_loader("debootsnap", loader))
sys.modules["debootsnap"] = module
sys.dont_write_bytecode = True
loader.exec_module(module)
packages, architecture = module.parse_args(["--buildinfo", sys.argv[1], "out.tar"]).buildinfo
print(json.dumps({"packages": packages, "architecture": architecture}))
