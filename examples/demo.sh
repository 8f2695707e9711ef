#!/usr/bin/env bash
# What make demo runs: reads the example reports into a fresh ledger and shows one of them.
# Usage: demo.sh LEDGER, with sayso on the PATH, from the project's root.
set -euo pipefail
export SAYSO_LEDGER=${1:-build/demo.db}
mkdir -p "$(dirname "$SAYSO_LEDGER")"
rm -f "$SAYSO_LEDGER" "$SAYSO_LEDGER"-wal "$SAYSO_LEDGER"-shm

step() {
  printf '\n\033[1m$ %s\033[0m\n' "$*"
  "$@"
}

step sayso add examples/reports
step sayso show examples/reports/radio-ombara.html
step sayso who Edmond Batsuma
step sayso search siren
step sayso verify
cat <<END

The ledger is $SAYSO_LEDGER, one SQLite file. What to do next:

  sayso=.venv/bin/sayso; export SAYSO_LEDGER=$SAYSO_LEDGER
  \$sayso show examples/reports/beremba-courier.html   another report
  \$sayso read YOUR-PAGE.html                          a page of your own, into no ledger
  \$sayso serve                                        the web page, on this machine only
END
