common:
  test.nop:
    - require_in:
      - sls: app.config.file
    - prereq:
      - test: app-pkg
