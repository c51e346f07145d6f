{{ opts['environment'] }}-{{ opts['saltenv'] }}: test.nop
