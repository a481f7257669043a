namespace SecureConversation.Cli.Decoding;

/// <summary>
/// What canonical forms may cost. A message of a stranger can refer to its largest part thousands of times, so each message has a budget
/// by its size, and all of a report share another.
/// </summary>
internal sealed class FormBudget
{
    /// <summary>How many times its size a message may cost. A part that is searched for its form is canonicalized twelve times.</summary>
    public const int TimesTheMessage = 16;

    /// <summary>What a message may cost, however small it is.</summary>
    public const long LeastOfMessage = 1024 * 1024;

    private const long OctetsOfReport = 256L * 1024 * 1024;
    private const long CharactersOfReport = 64L * 1024 * 1024;

    // A form costs some time even where it is short.
    private const long LeastOfForm = 64;

    private readonly FormBudget? _report;
    private long _octets;
    private long _characters;

    private FormBudget(FormBudget? report, long octets, long characters) => (_report, _octets, _characters) = (report, octets, characters);

    /// <summary>The budget that the messages of a report share.</summary>
    public static FormBudget OfReport() => new(null, OctetsOfReport, CharactersOfReport);

    /// <summary>The budget of one message within that of its report.</summary>
    public FormBudget OfMessage(int octets)
    {
        var most = Math.Max(LeastOfMessage, (long)octets * TimesTheMessage);
        return new FormBudget(this, most, most);
    }

    /// <summary>Takes the octets of a form that is computed; false where there are not enough left.</summary>
    public bool TryTake(long octets)
    {
        var cost = Math.Max(octets, LeastOfForm);
        if (cost > _octets || _report?.TryTake(cost) == false)
        {
            return false;
        }

        _octets -= cost;
        return true;
    }

    /// <summary>Takes the characters of a form that the report keeps; false where there are not enough left.</summary>
    public bool TryKeep(int characters)
    {
        if (characters > _characters || _report?.TryKeep(characters) == false)
        {
            return false;
        }

        _characters -= characters;
        return true;
    }
}
