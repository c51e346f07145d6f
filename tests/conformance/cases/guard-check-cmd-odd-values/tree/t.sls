x:
  test.succeed_without_changes:
    - check_cmd:
y:
  test.succeed_without_changes:
    - check_cmd: 5
z:
  test.succeed_without_changes:
    - check_cmd: {}
v:
  test.succeed_without_changes:
    - check_cmd: {'true': x}
w:
  test.succeed_without_changes:
    - check_cmd: {'false': x}
