#!/bin/sh
# Makes .venv with a Python that is new enough, or says in one sentence what is missing.
# PYTHON=/path/to/python chooses one; otherwise the first that fits is taken.

fits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
can_make_venvs() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

for python in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
    fits "$python" || continue
    new_enough=$python
    can_make_venvs "$python" || continue
    exec "$python" -m venv --clear .venv
done

if [ -n "$new_enough" ]; then
    version=$("$new_enough" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    echo "$new_enough lacks its venv and ensurepip modules: install them (on Debian and Ubuntu: apt install python$version-venv) and run make again." >&2
elif [ -n "$PYTHON" ]; then
    echo "$PYTHON is not a Python 3.11 or newer, which this tutorial needs." >&2
else
    echo "This tutorial needs Python 3.11 or newer: install one, or name it with make PYTHON=/path/to/python3.11." >&2
fi
exit 1
