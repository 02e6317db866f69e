import java.util.List;
public class Cache {
    private static final int CAPACITY = 1_024; // range: 64 to 8192
    private double load = 0.75;
    static final long TTL = 60L;
    int get(int k) { return k % 31 + slots[7]; }
}
