who: late
