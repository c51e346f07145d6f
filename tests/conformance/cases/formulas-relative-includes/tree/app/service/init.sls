include: [.running]
