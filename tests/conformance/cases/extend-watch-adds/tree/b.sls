service:
  test.nop:
    - watch: [{test: package}]
package: {test.nop: []}
