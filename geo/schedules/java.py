"""Starts the system's Java machine with MPXJ: a bounded heap, no network use, no second process.

One machine per process: JPype cannot start another one. Only the child, the bench and tests call this.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from geo.importers.precheck import Refused


def start(folder: Path, heap_megabytes: int, *, fast: bool = False) -> Any:
    """The package `org.mpxj` of a running machine whose scratch folder is `folder`.

    `fast`: with the optimising compiler, which a short-lived child does without. Raises Refused without Java.
    """
    import jpype
    import mpxj

    if not jpype.isJVMStarted():
        jars = sorted(str(jar) for jar in (Path(mpxj.__file__).parent / "lib").glob("*.jar"))
        try:
            library = jpype.getDefaultJVMPath()
        except jpype.JVMNotFoundException:
            raise Refused("no_java") from None
        jpype.startJVM(library, *_options(folder, heap_megabytes, fast), classpath=jars, convertStrings=True)
    return jpype.JPackage("org").mpxj


def _options(folder: Path, heap: int, fast: bool) -> list[str]:
    return [
        f"-Xmx{heap}m",
        "-Xss8m",
        "-XX:+UseSerialGC",
        *([] if fast else ["-XX:TieredStopAtLevel=1"]),
        "-XX:MaxMetaspaceSize=256m",
        "-XX:CompressedClassSpaceSize=64m",
        "-XX:ReservedCodeCacheSize=96m",
        "-XX:-UsePerfData",
        f"-XX:ErrorFile={folder / 'java-error.txt'}",
        "-Djava.awt.headless=true",
        f"-Djava.io.tmpdir={folder}",
        # The second wall; DOCTYPE is refused before Java sees a file.
        "-Djavax.xml.accessExternalDTD=",
        "-Djavax.xml.accessExternalSchema=",
        "-Djdk.xml.entityExpansionLimit=1",
    ]
