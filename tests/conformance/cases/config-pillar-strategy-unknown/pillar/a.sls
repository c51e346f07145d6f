env: base
from: {base: {{ saltenv }}}
both: {list: [1], base: true}
