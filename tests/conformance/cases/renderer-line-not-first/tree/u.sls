#!/bin/sh
a:
  test.nop:
    - x: {{ 3 }}
