app-package-install:
  test.succeed_without_changes
