using SecureConversation.Fuzz.Targets;

namespace SecureConversation.Fuzz;

/// <summary>An input showed that a rule does not hold.</summary>
public sealed class FuzzFindingException : Exception
{
    public FuzzFindingException(string message)
        : base(message)
    {
    }

    public FuzzFindingException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public FuzzFindingException()
    {
    }
}

/// <summary>One way into the library for arbitrary octets, with the rules that hold for all of them.</summary>
public abstract class FuzzTarget
{
    // Measured: no shape of the benchmarks takes more than 9 for each octet.
    private const int MaxBytesPerByte = 16;

    // Objects, certificates and keys of a message, whatever its size.
    private const int FixedBytes = 1024 * 1024;

    /// <summary>All targets, by the order of their depth in the pipeline.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new EncodingTarget(), new XmlTarget(), new CanonicalTarget(), new HeaderTarget(), new FragmentTarget(), new TrustTarget(), new NegotiationTarget(), new ReliableTarget(),
        new ServiceTarget(), new ClientTarget(), new HttpTarget(),
    ];

    /// <summary>The name in commands and the folder of its corpus.</summary>
    public abstract string Name { get; }

    /// <summary>What a bounded run makes of it, in mutations: a few seconds on a slow machine.</summary>
    public abstract int BoundedRuns { get; }

    /// <summary>Seeds for the corpus, by name: taken from recorded conversations or made by our own roles.</summary>
    public abstract IEnumerable<(string Name, byte[] Content)> Seeds();

    /// <summary>Feeds one input.</summary>
    /// <exception cref="FuzzFindingException">A rule does not hold. Any other exception is a finding too.</exception>
    public abstract void Run(byte[] input);

    /// <summary>What became of a message: the name of the FailureCode, None where it was accepted; null for targets without messages.</summary>
    public virtual string? Outcome(byte[] input) => null;

    /// <exception cref="ArgumentException">There is no target of that name.</exception>
    public static FuzzTarget Find(string name) =>
        All.FirstOrDefault(t => t.Name == name) ?? throw new ArgumentException($"There is no target {name}: {string.Join(' ', All.Select(t => t.Name))}.");

    /// <summary>Requires that the work takes memory in proportion to the message. What is made once for all does not count.</summary>
    protected static void RequireBoundedWork(Action receive, byte[] wire)
    {
        ArgumentNullException.ThrowIfNull(receive);
        ArgumentNullException.ThrowIfNull(wire);
        var allocated = Allocated(receive);
        var most = ((long)wire.Length * MaxBytesPerByte) + FixedBytes;
        Require(allocated <= most || Allocated(receive) <= most, $"{allocated} octets allocated for a message of {wire.Length}");
    }

    protected static void Require(bool holds, string rule)
    {
        if (!holds)
        {
            throw new FuzzFindingException(rule);
        }
    }

    private static long Allocated(Action receive)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        receive();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
