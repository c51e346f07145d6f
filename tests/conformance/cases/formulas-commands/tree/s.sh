#!/bin/sh
echo {{ v }} $E "$@"
pwd
