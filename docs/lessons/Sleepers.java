// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
// Threads that sleep until the end of the input:
//	Sleepers cook waiter		two, with these names
//	Sleepers platform 200		so many, as Java has always had them
//	Sleepers virtual 10000		so many virtual ones, from Java 21 on
public class Sleepers {
	private static java.util.concurrent.CountDownLatch asleep;

	public static void main(String[] words) throws Exception {
		int count = words.length;
		boolean virtual = words[0].equals("virtual");
		boolean many = virtual || words[0].equals("platform");

		if (many)
			count = Integer.parseInt(words[1]);
		asleep = new java.util.concurrent.CountDownLatch(count);
		for (int i = 0; i < count; i++)
			start(virtual, many ? "sleeper" : words[i]);
		asleep.await();
		long pid = ProcessHandle.current().pid();
		System.out.printf("java %d %d%nready%n", pid, pid);
		while (System.in.read() >= 0) {
		}
	}

	private static void start(boolean virtual, String name) throws Exception {
		Runnable work = Sleepers::sleep;

		// By its name, so that an older compiler takes it, too.
		if (virtual) {
			Thread.class.getMethod("startVirtualThread", Runnable.class)
				.invoke(null, work);
			return;
		}
		Thread thread = new Thread(work, name);
		thread.setDaemon(true);
		thread.start();
	}

	private static void sleep() {
		asleep.countDown();
		try {
			Thread.sleep(Long.MAX_VALUE);
		} catch (InterruptedException end) {
		}
	}
}
