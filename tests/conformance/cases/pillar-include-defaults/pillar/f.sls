include: [h]
f: {{ who }}
