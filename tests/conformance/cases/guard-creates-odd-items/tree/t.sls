x:
  test.succeed_without_changes:
    - creates: [null]
y:
  test.succeed_without_changes:
    - creates: [[a]]
z:
  test.succeed_without_changes:
    - creates: [987654]
v:
  test.succeed_without_changes:
    - creates: 5
