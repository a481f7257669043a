using System.Globalization;
using System.Net.Http.Headers;

namespace SecureConversation.Cli.Captures;

/// <summary>Collects the messages of a capture: decodes them, passes over what cannot be SOAP, counts it, and keeps the limits.</summary>
internal sealed class CaptureBuilder
{
    private readonly List<CapturedMessage> _messages = [];
    private readonly List<string> _notes = [];
    private readonly SortedDictionary<string, int> _passedOver = new(StringComparer.Ordinal);
    private long _bytes;
    private long _unfolded;
    private int _exchanges;
    private bool _isFull;

    /// <summary>Whether no further message is taken.</summary>
    public bool IsFull => _isFull;

    /// <summary>A number for a request and its reply.</summary>
    public int NextExchange() => ++_exchanges;

    public void Note(string text)
    {
        if (_notes.Count < CaptureLimits.MaxNotes && !_notes.Contains(text))
        {
            _notes.Add(text);
        }
        else if (_notes.Count == CaptureLimits.MaxNotes)
        {
            _notes.Add("and more that is not listed");
        }
    }

    /// <summary>Counts what was passed over. The text is in the plural, without its number: "bodies of text/html".</summary>
    public void PassOver(string what)
    {
        var kind = _passedOver.Count < CaptureLimits.MaxKinds || _passedOver.ContainsKey(what) ? what : "others";
        _passedOver[kind] = _passedOver.GetValueOrDefault(kind) + 1;
    }

    /// <summary>Counts bytes that came out of an archive or a content coding: a few can hold very many.</summary>
    public void Unfolded(long bytes)
    {
        _unfolded += bytes;
        if (_unfolded > CaptureLimits.MaxUnfoldedBytes && !_isFull)
        {
            _isFull = true;
            Note($"unfolded it has more than {CaptureLimits.Mebibytes(CaptureLimits.MaxUnfoldedBytes)}: the rest is not read");
        }
    }

    /// <summary>Adds an entity of HTTP, unless it cannot be SOAP.</summary>
    public void Add(CapturedEntity entity)
    {
        if (_isFull)
        {
            return;
        }

        var (body, problem) = (entity.Body, entity.Problem);
        var type = EntityKind.MediaType(entity.ContentType);
        // Before its content codings are undone: a picture can hold anything.
        if (body.Length > 0 && EntityKind.OfType(type)?.PassedOver is { } atOnce)
        {
            PassOver(atOnce);
            return;
        }

        if (body.Length > CaptureLimits.MaxBodyBytes)
        {
            (body, problem) = (default, $"It has more than {CaptureLimits.Mebibytes(CaptureLimits.MaxBodyBytes)}.");
        }
        else if (entity.ContentEncoding is { } coding && body.Length > 0)
        {
            (body, var failure) = ContentCodings.Decode(body, coding, Unfolded);
            problem ??= failure;
        }

        var kind = EntityKind.Of(type, body.Span);
        if (body.IsEmpty && (problem is null || kind.PassedOver is not null))
        {
            // A request without a body, or a reply that has nothing to say.
            return;
        }

        if (kind.PassedOver is { } what)
        {
            PassOver(what);
            return;
        }

        var contentType = entity.ContentType;
        if (kind.IsEncoded && body.Length > 0)
        {
            var decoded = EncodedBody.Decode(body, entity.ContentType!);
            // What fails has cost as much as it may unfold.
            Unfolded(decoded.Problem is null ? decoded.Text.Length : EncodedBody.MostOf(body.Length));
            Note($"{kind.Name} is shown as the text that it stands for");
            problem ??= decoded.Problem is null ? null : $"It is {kind.Name} that cannot be read. {decoded.Problem}";
            (body, contentType) = (decoded.Text, decoded.ContentType ?? contentType);
        }

        Add(new CapturedMessage
        {
            Source = entity.Source,
            Body = body,
            Direction = entity.Direction,
            Instant = entity.Instant,
            Exchange = entity.Exchange,
            Address = entity.Address,
            ContentType = contentType,
            TransportAction = TransportAction(entity),
            HttpStatus = entity.HttpStatus,
            Problem = problem,
        });
    }

    public void Add(CapturedMessage message)
    {
        if (_isFull)
        {
            return;
        }

        if (_messages.Count == CaptureLimits.MaxMessages)
        {
            _isFull = true;
            Note(string.Create(CultureInfo.InvariantCulture,
                $"there are more than {CaptureLimits.MaxMessages:N0} messages: the rest is not read"));
        }
        else if (_bytes + message.Body.Length > CaptureLimits.MaxTotalBytes)
        {
            _isFull = true;
            Note($"all bodies have more than {CaptureLimits.Mebibytes(CaptureLimits.MaxTotalBytes)}: the rest is not read");
        }
        else
        {
            _bytes += message.Body.Length;
            _messages.Add(message);
        }
    }

    /// <summary>Adds all that another one has, with further numbers of exchanges.</summary>
    public void Add(Capture capture)
    {
        var first = _exchanges;
        foreach (var message in capture.Messages)
        {
            Add(message with { Exchange = first + message.Exchange });
            _exchanges = Math.Max(_exchanges, first + (message.Exchange ?? 0));
        }

        foreach (var note in capture.Notes)
        {
            Note($"{capture.Name}: {note}");
        }
    }

    /// <summary>What was collected, in the order of time where all messages have one.</summary>
    public Capture ToCapture(string name, string format) => new()
    {
        Name = name,
        Format = format,
        Messages = _messages.TrueForAll(message => message.Instant is not null)
            ? [.. _messages.OrderBy(message => message.Instant)]
            : _messages,
        Notes = [.. _passedOver.Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Value} {entry.Key}")), .. _notes],
    };

    // SOAP 1.1 has a header, in quotes or without; SOAP 1.2 a parameter of the Content-Type.
    private static string? TransportAction(CapturedEntity entity)
    {
        var text = entity.SoapAction;
        if (text is null && MediaTypeHeaderValue.TryParse(entity.ContentType, out var type))
        {
            text = type.Parameters.FirstOrDefault(parameter => parameter.Name.Equals("action", StringComparison.OrdinalIgnoreCase))?.Value;
        }

        return text?.Trim().Trim('"') is { Length: > 0 } action ? action : null;
    }
}
