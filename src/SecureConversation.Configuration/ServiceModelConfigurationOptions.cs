namespace SecureConversation.Configuration;

/// <summary>How <see cref="ServiceModelConfiguration"/> reads files.</summary>
public sealed record ServiceModelConfigurationOptions
{
    /// <summary>
    /// Files whose <c>&lt;system.serviceModel&gt;</c> lies under that of the file, outermost first: machine.config, then the web.config
    /// files of parent directories. Default none: .NET has no machine.config.
    /// </summary>
    public IReadOnlyList<string> ParentFiles { get; init; } = [];

    /// <summary>
    /// Makes an object of a type that a file names, such as a <c>customUserNamePasswordValidatorType</c>; null for a type it does not
    /// know. Default null: the type is looked up and its public constructor without parameters is called.
    /// </summary>
    public Func<string, object?>? CreateInstance { get; init; }

    /// <summary>
    /// Whether <c>configSource</c> may name files. Default true; as in .NET Framework only relative paths to the directory of the file or
    /// below.
    /// </summary>
    public bool AllowConfigSource { get; init; } = true;

    /// <summary>Maximum size of one file: octets of a file or stream, characters of text. Default 4 Mi.</summary>
    public int MaxFileSize { get; init; } = 4 * 1024 * 1024;

    /// <summary>Maximum depth of elements in a file. Default 64.</summary>
    public int MaxDepth { get; init; } = 64;

    /// <summary>Maximum number of problems that are collected, so that a broken file cannot fill the memory. Default 1000.</summary>
    public int MaxProblems { get; init; } = 1000;
}
