role: proxy
deep: {list: [one, two], number: 5}
flag: true
