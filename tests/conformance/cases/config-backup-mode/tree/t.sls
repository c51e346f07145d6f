@DIR@/f:
  file.managed:
    - contents: new
first:
  file.managed:
    - name: @DIR@/f
    - contents: old
    - order: 1
