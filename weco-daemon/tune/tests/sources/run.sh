#!/bin/sh
# Runs it 3 times.
export THREADS=4
RATE=0.5 # weco-like
echo "n=$#, 5 of 10" 2>&1
./train --lr 0.01 --depth=6 --out model-3.bin file2
sleep 5
