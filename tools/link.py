"""Put the project into its virtual environment: a path file and the `qifu` command."""

import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

Path(sysconfig.get_path("purelib"), "qifu.pth").write_text(f"{ROOT / 'src'}\n")
command = Path(sys.prefix, "bin", "qifu")
command.write_text(f"#!{sys.prefix}/bin/python\nfrom qifu.cli.main import main\n\nmain()\n")
command.chmod(0o755)
