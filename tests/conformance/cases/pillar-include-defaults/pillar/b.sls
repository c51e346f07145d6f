b: {{ who }}
bd: {{ deep.k }}
