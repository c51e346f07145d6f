{{ sls }}-{{ saltenv }}: test.nop
