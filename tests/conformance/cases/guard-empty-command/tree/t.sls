x:
  test.succeed_without_changes:
    - unless: ''
y:
  test.succeed_without_changes:
    - onlyif:
      - ''
z:
  test.succeed_without_changes:
    - check_cmd: ''
