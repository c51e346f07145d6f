dev-{{ saltenv }}: test.nop
