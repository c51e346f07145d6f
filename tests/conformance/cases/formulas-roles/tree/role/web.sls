include: [role.db]
web-conf:
  test.nop:
    - require: [{test: db}]
    - context: {port: 80, tls: no}
web-service:
  test.nop:
    - require: [{sls: role.db}]
not-wanted:
  test.fail_without_changes: []
