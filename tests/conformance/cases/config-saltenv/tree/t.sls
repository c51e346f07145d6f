base-{{ saltenv }}: test.nop
